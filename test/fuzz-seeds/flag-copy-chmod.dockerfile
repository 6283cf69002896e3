FROM sbox
COPY --chmod=700 d /x

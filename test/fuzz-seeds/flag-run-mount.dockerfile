FROM sbox
RUN --mount=t

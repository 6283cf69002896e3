FROM sbox
RUN --mount

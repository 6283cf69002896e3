FROM ue
COPY <<A `<B
B
A

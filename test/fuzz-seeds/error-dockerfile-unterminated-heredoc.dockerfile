deep/y
COPY <<X x

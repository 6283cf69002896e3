
COPY <<X?y
FROM rich
ENV A=1

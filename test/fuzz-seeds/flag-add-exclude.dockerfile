FROM b	
ADD --exclude=COPY stx

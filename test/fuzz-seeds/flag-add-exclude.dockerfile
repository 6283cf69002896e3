FROM b	
ADD --exclude=COPY ste /x

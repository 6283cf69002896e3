FROM b	
ADD --exclude=Y stx

FROM b	
ADD --exclude=*.tar nested a.txt /x/

FROM box
ADD --link a.txt /tmp"x

FROM box
ADD --link ax y"
FROM ?
ADD --link ax y"
FROM bu
ADD --chmod=60a 0
FROM bu
ADD --chmod=600 a"'}


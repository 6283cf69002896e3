FROM 5s as b

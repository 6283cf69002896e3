
FROM${}

FROM scratch AS Builx
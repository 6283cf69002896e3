
FROM --platform=la
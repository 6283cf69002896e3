
FROM --platform=l /a
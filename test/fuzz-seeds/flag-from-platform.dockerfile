
FROM --platform=iln a./
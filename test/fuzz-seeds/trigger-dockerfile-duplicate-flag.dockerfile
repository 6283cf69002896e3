FROM scratch AS files
COPY <<EOF /f
x
EOF
FROM scratch AS parent
ONBUILD COPY --from=f --from=f --from=f --fromjf --from=f --from=f --from=f --from=f --from=f --from=f --from=f --from=f --from=f --from=f --from=f --from=f --from=f --from=files /f /g
FROM parent
LABEL a=1

FROM scratch AS t
COPY <<EOF /f
x
EOF
FROM scratch AS files
ONBUILD COPY --from=f --from=f --fr[^a-z]om=f --fromjf \ $
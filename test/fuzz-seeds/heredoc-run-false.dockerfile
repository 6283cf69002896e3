FROM bu[x
RUN <<'EOF'


EOF
# syntax=docker/dockerfi|e:1

FROM a

ONBUILD COPY	"./x7PA�H=a'" ?EXPOSE 0644SE 0644SE 0644SE 0644SE 0] 0644SE 0644 <<"EOF"

${b/"T?"]$é"''/''${v/ɟ$é/*}}

EOF


# syntax=docker/dockerfi|e:1

FROM a

ONBUILD COPY	"./x7PA�H=a'"<<-ǅEOF  <<"EOF"

${5b/"$é"'/v{$''/'ɟ$é/*}}

EOF


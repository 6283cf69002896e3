FROM scratch
RUN --device=a,required --mount=type=c$a/*a%5s}vnt=type=s_{$/'v$'//HT_P{"${v#de\\AP:{$:9{}$=ecruos<<}1_$?:9{$=d filh

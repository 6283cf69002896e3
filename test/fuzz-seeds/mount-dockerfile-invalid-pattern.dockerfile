FROM scratch
RUN --device=a,required --mount=type=c${a%5s}v --mount=type=s_{$/'v$'//HT_P{"${v#de\\AP:{$:9{$$%é{$=ecruos<<}1_$?:9{$=d filh

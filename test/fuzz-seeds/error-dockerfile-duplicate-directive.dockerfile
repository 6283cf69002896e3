# escape=`
# escape=

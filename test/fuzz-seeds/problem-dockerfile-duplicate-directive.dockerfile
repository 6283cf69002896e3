# escape=M
# escape=`

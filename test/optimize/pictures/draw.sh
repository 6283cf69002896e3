# Draws a picture in the format of the argument, and says what it is.
set -e
picture=/tmp/picture.$1
case $1 in
  text) convert -size 200x40 -font DejaVu-Sans -pointsize 20 label:Hello "/tmp/text.png" && picture=/tmp/text.png ;;
  *) convert -size 24x16 gradient:red-blue "$picture" ;;
esac
identify -format 'Hello from ImageMagick: %m %wx%h\n' "$picture"

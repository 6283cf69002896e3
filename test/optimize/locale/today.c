#include <errno.h>
#include <iconv.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

int main(void) {
    if (!setlocale(LC_ALL, "")) return 1;
    char text[100];
    time_t start = 0;
    strftime(text, sizeof text, "%A, %d. %B %Y, %H:%M %Z", localtime(&start));
    printf("Hello from a locale: %s %'d\n", text, 1234567);
    iconv_t latin = iconv_open("ISO-8859-15", "UTF-8");
    printf("%s\n", latin == (iconv_t)-1 ? strerror(errno) : "ISO-8859-15");
    return 0;
}

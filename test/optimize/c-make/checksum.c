#include <stdio.h>
#include <zlib.h>

int main(int argc, char **argv) {
    unsigned char buffer[4096];
    for (int i = 1; i < argc; i++) {
        FILE *file = fopen(argv[i], "rb");
        if (!file) {
            perror(argv[i]);
            return 1;
        }
        uLong sum = crc32(0, NULL, 0);
        for (size_t read; (read = fread(buffer, 1, sizeof buffer, file)) > 0;) sum = crc32(sum, buffer, read);
        fclose(file);
        printf("Hello from C: %08lx %s\n", sum, argv[i]);
    }
    return 0;
}

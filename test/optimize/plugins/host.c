#include <dlfcn.h>
#include <stdio.h>

int main(int argc, char **argv) {
    for (int i = 1; i < argc; i++) {
        char path[200];
        snprintf(path, sizeof path, "plugins/%s.so", argv[i]);
        void *plugin = dlopen(path, RTLD_NOW);
        if (!plugin) return fprintf(stderr, "%s\n", dlerror()), 1;
        const char *(*name)(void) = (const char *(*)(void))dlsym(plugin, "name");
        printf("Hello from plugin %s\n", name());
    }
    return 0;
}

package main

import (
	"fmt"
	"os"
	"runtime"
)

func main() {
	entries, err := os.ReadDir("/")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Printf("Hello from a %s/%s image with %d entries in its root, as user %d.\n",
		runtime.GOOS, runtime.GOARCH, len(entries), os.Getuid())
}

package main

import (
	"crypto/x509"
	"fmt"
	"log"
	"net/http"
	"os"
	"os/user"
	"time"

	"github.com/go-chi/chi/v5"
)

const greeting = "Hello from a distroless image"

func main() {
	if len(os.Args) > 1 && os.Args[1] == "health" {
		os.Exit(health())
	}
	router := chi.NewRouter()
	router.Get("/", describe)
	log.Printf("listening on %s", port())
	log.Fatal(http.ListenAndServe(":"+port(), router))
}

// Uses what the base image provides: time zones, certificates, a user.
func describe(w http.ResponseWriter, _ *http.Request) {
	zone, err := time.LoadLocation("Europe/Madrid")
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	name := "nobody known"
	if me, err := user.Current(); err == nil {
		name = me.Username
	}
	fmt.Fprintf(w, "%s: %s, %d authorities, running as %s\n", greeting, zone, len(pool.Subjects()), name)
}

func port() string {
	if port := os.Getenv("PORT"); port != "" {
		return port
	}
	return "8080"
}

func health() int {
	response, err := http.Get("http://127.0.0.1:" + port() + "/")
	if err != nil || response.StatusCode != http.StatusOK {
		return 1
	}
	return 0
}

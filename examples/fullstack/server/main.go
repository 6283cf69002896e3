package main

import (
	"encoding/json"
	"log"
	"net/http"
	"os"

	"github.com/go-chi/chi/v5"
)

const message = "Hello from the back end"

func main() {
	if len(os.Args) > 1 && os.Args[1] == "health" {
		os.Exit(health())
	}
	router := chi.NewRouter()
	router.Get("/api/hello", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(map[string]string{"message": message})
	})
	router.Handle("/*", http.FileServer(http.Dir("/public")))
	log.Printf("listening on %s", port())
	log.Fatal(http.ListenAndServe(":"+port(), router))
}

func port() string {
	if port := os.Getenv("PORT"); port != "" {
		return port
	}
	return "8080"
}

func health() int {
	response, err := http.Get("http://127.0.0.1:" + port() + "/api/hello")
	if err != nil || response.StatusCode != http.StatusOK {
		return 1
	}
	return 0
}

package main

import (
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"os"
	"os/user"
	"time"
)

//go:embed pages
var pages embed.FS

func main() {
	templates := template.Must(template.ParseFS(pages, "pages/*.html"))
	page := func(name string, data any) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if err := templates.ExecuteTemplate(w, name, data); err != nil {
				http.Error(w, err.Error(), http.StatusInternalServerError)
			}
		}
	}
	http.HandleFunc("/", page("index.html", "Hello from Go"))
	http.HandleFunc("/about", page("about.html", "embedded"))
	http.HandleFunc("/zone", func(w http.ResponseWriter, r *http.Request) {
		zone, err := time.LoadLocation("Asia/Kathmandu")
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		fmt.Fprintln(w, time.Unix(0, 0).In(zone).Format(time.RFC3339))
	})
	http.HandleFunc("/user", func(w http.ResponseWriter, r *http.Request) {
		daemon, err := user.Lookup("daemon")
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		fmt.Fprintln(w, daemon.HomeDir)
	})
	if err := http.ListenAndServe(":"+os.Getenv("PORT"), nil); err != nil {
		panic(err)
	}
}

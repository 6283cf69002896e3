use serde_json::json;
use tiny_http::{Response, Server};

fn main() {
    let port = std::env::var("PORT").unwrap_or("8080".into());
    let server = Server::http(format!("0.0.0.0:{port}")).unwrap();
    for request in server.incoming_requests() {
        let text = match request.url() {
            "/" => json!({ "text": "Hello from Rust" }).to_string(),
            "/notes" => std::fs::read_to_string("notes.txt").unwrap_or_else(|e| e.to_string()),
            other => format!("no page {other}"),
        };
        let _ = request.respond(Response::from_string(text));
    }
}

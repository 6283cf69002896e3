package example;

import com.google.gson.Gson;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;

public final class Main {
  private static final String GREETING = "Hello from Java";

  public static void main(String[] args) throws IOException {
    int port = Integer.parseInt(System.getenv().getOrDefault("PORT", "8080"));
    if (args.length > 0 && args[0].equals("health")) {
      System.exit(healthy(port) ? 0 : 1);
    }
    HttpServer server = HttpServer.create(new InetSocketAddress(port), 0);
    server.createContext("/", exchange -> {
      String text = new Gson().toJson(Map.of("greeting", GREETING));
      byte[] body = text.getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
      exchange.close();
    });
    server.start();
    System.out.println("listening on " + port);
  }

  private static boolean healthy(int port) throws IOException {
    URI uri = URI.create("http://127.0.0.1:" + port + "/");
    return ((HttpURLConnection) uri.toURL().openConnection()).getResponseCode() == 200;
  }
}

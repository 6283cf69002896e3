package example;

import java.time.Instant;
import java.time.ZoneId;
import java.util.Map;
import javax.crypto.KeyGenerator;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

@RestController
@SpringBootApplication
public class Shop {
  public static void main(String[] args) {
    SpringApplication.run(Shop.class, args);
  }

  @GetMapping("/")
  String hello() {
    return "Hello from Spring";
  }

  @GetMapping("/facts")
  Map<String, Object> facts() throws Exception {
    return Map.of(
        "time", Instant.EPOCH.atZone(ZoneId.of("Asia/Tokyo")).toOffsetDateTime().toString(),
        "key", KeyGenerator.getInstance("AES").generateKey().getAlgorithm(),
        "authorities", javax.net.ssl.SSLContext.getDefault().getProtocol());
  }
}

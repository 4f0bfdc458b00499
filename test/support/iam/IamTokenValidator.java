import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.UnsupportedCallbackException;
import javax.security.auth.login.AppConfigurationEntry;
import org.apache.kafka.common.security.auth.AuthenticateCallbackHandler;
import org.apache.kafka.common.security.auth.SaslExtensionsCallback;
import org.apache.kafka.common.security.oauthbearer.OAuthBearerToken;
import org.apache.kafka.common.security.oauthbearer.OAuthBearerTokenCallback;
import org.apache.kafka.common.security.oauthbearer.OAuthBearerValidatorCallback;

/**
 * Stands in for MSK's access by IAM on a broker of Apache Kafka: takes a token apart, and signs the request in it once more by
 * AWS Signature Version 4, with the secret that the listener's JAAS options hold for the access key (iam_<access key>="<secret>").
 * Written from the specification: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
public final class IamTokenValidator implements AuthenticateCallbackHandler {
  private static final DateTimeFormatter AMZ_DATE =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

  private Map<String, ?> options = Map.of();

  @Override
  public void configure(Map<String, ?> configs, String mechanism, List<AppConfigurationEntry> entries) {
    options = entries.get(0).getOptions();
  }

  @Override
  public void handle(Callback[] callbacks) throws UnsupportedCallbackException {
    for (Callback callback : callbacks) {
      // the broker itself logs in nowhere by this mechanism
      if (callback instanceof OAuthBearerTokenCallback || callback instanceof SaslExtensionsCallback) continue;
      if (!(callback instanceof OAuthBearerValidatorCallback validation)) throw new UnsupportedCallbackException(callback);
      try {
        validation.token(validate(validation.tokenValue()));
      } catch (Exception refused) {
        validation.error("invalid_token: " + refused.getMessage(), null, null);
      }
    }
  }

  @Override
  public void close() {}

  private OAuthBearerToken validate(String token) throws Exception {
    URI url = URI.create(new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8));
    Map<String, String> query = queryOf(url);
    String[] credential = required(query, "X-Amz-Credential").split("/");
    check(credential.length == 5, "credential scope");
    String accessKey = credential[0], date = credential[1], region = credential[2];
    String signed = required(query, "X-Amz-Date");
    check("https".equals(url.getScheme()) && "/".equals(url.getPath()), "scheme or path");
    check(("kafka." + region + ".amazonaws.com").equals(url.getHost()), "host");
    check("kafka-cluster:Connect".equals(query.get("Action")), "action");
    check("AWS4-HMAC-SHA256".equals(query.get("X-Amz-Algorithm")), "algorithm");
    check("host".equals(query.get("X-Amz-SignedHeaders")), "signed headers");
    check("kafka-cluster".equals(credential[3]) && "aws4_request".equals(credential[4]), "service");
    check("900".equals(query.get("X-Amz-Expires")), "lifetime");
    check(query.containsKey("User-Agent"), "user agent");
    check(signed.startsWith(date), "date of the scope");
    Instant start = Instant.from(AMZ_DATE.parse(signed));
    Instant now = Instant.now();
    check(!start.isAfter(now.plusSeconds(300)) && start.plusSeconds(900).isAfter(now), "expired");
    Object secret = options.get("iam_" + accessKey);
    check(secret != null, "unknown access key");
    byte[] key = ("AWS4" + secret).getBytes(StandardCharsets.UTF_8);
    for (String step : List.of(date, region, "kafka-cluster", "aws4_request")) key = hmac(key, step);
    String scope = String.join("/", date, region, "kafka-cluster", "aws4_request");
    String toSign = String.join("\n", "AWS4-HMAC-SHA256", signed, scope, sha256(canonical(url, query)));
    byte[] expected = hmac(key, toSign);
    byte[] given = HexFormat.of().parseHex(required(query, "X-Amz-Signature"));
    check(MessageDigest.isEqual(expected, given), "signature");
    return new Accepted(token, accessKey, start);
  }

  private static String canonical(URI url, Map<String, String> query) throws Exception {
    String parameters = query.entrySet().stream()
        .filter(each -> !each.getKey().equals("X-Amz-Signature") && !each.getKey().equals("User-Agent"))
        .map(each -> encode(each.getKey()) + "=" + encode(each.getValue()))
        .sorted()
        .collect(Collectors.joining("&"));
    return String.join("\n", "GET", "/", parameters, "host:" + url.getHost() + "\n", "host", sha256(""));
  }

  private static Map<String, String> queryOf(URI url) {
    Map<String, String> query = new TreeMap<>();
    for (String pair : url.getRawQuery().split("&")) {
      String[] parts = pair.split("=", 2);
      query.put(decode(parts[0]), decode(parts[1]));
    }
    return query;
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20").replace("*", "%2A").replace("%7E", "~");
  }

  private static String decode(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }

  private static String required(Map<String, String> query, String name) {
    String value = query.get(name);
    check(value != null, "no " + name);
    return value;
  }

  private static void check(boolean holds, String what) {
    if (!holds) throw new IllegalArgumentException(what);
  }

  private static byte[] hmac(byte[] key, String text) throws Exception {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(key, "HmacSHA256"));
    return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String sha256(String text) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
  }

  private record Accepted(String value, String principalName, Instant start) implements OAuthBearerToken {
    @Override
    public Set<String> scope() {
      return Set.of();
    }

    @Override
    public long lifetimeMs() {
      return start.plusSeconds(900).toEpochMilli();
    }

    @Override
    public Long startTimeMs() {
      return start.toEpochMilli();
    }
  }
}

import java.io.FileInputStream;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/** A consumer of Kafka's own client that reads one topic. It prints its partitions when it gets some, and leaves its group when its input ends. */
public final class GroupMember {
  public static void main(String[] arguments) throws Exception {
    var properties = new Properties();
    try (var file = new FileInputStream(arguments[0])) {
      properties.load(file);
    }
    try (var consumer = new KafkaConsumer<byte[], byte[]>(properties)) {
      consumer.subscribe(List.of(arguments[1]), new ConsumerRebalanceListener() {
        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
          System.out.println("assigned " + partitions.size());
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {}
      });
      while (System.in.available() == 0) consumer.poll(Duration.ofMillis(100));
    }
  }
}

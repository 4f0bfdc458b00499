/** The commands that work on one topic, where a text prints them without it. */
const withoutTopic = /\bglueless (replay|redrive|skip)\b(?! --topic )/g;

/** Adds the topic to the commands that a text prints: with several topics they ask which one. `topic` is left out where there is only one. */
export function nameTopic(text: string, topic: string | undefined): string {
  return topic === undefined ? text : text.replace(withoutTopic, (command) => `${command} --topic ${topic}`);
}

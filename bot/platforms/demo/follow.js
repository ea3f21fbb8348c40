// In the place of SimCord's own app.js: its page leaves a new answer below the edge, where a visitor does not see it.
import "/simcord.js";

const list = document.getElementById("channel-message-list");
let newest = 0n;

new MutationObserver(() => {
  const articles = [...list.querySelectorAll("article[data-message-id]")];
  const first = articles.find((article) => BigInt(article.dataset.messageId) > newest);
  if (!first) return;
  const opening = newest === 0n;
  newest = BigInt(articles.at(-1).dataset.messageId);
  // The page puts its scroll position back when it has drawn; this comes after that.
  if (!opening) setTimeout(() => first.scrollIntoView({ block: "start" }), 50);
}).observe(list, { childList: true });

document.title = "Roadmate · demo";

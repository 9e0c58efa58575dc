// Says that the last run is long ago, when it has become so since the page was built.
document.addEventListener("DOMContentLoaded", () => {
  for (const note of document.querySelectorAll("[data-ran]")) {
    const days = (Date.now() - Date.parse(note.dataset.ran)) / 86400000;
    if (days > Number(note.dataset.days) + 1) note.hidden = false;
  }
});

// A choice says at once what is right or wrong with it.
document.addEventListener("change", (event) => {
  const chosen = event.target;
  const form = chosen.closest("form.quiz");
  if (!form) return;
  const reply = form.querySelector(".reply");
  reply.dataset.right = chosen.dataset.right;
  reply.replaceChildren();
  chosen.dataset.says.split("`").forEach((part, k) => {
    const piece = k % 2 ? document.createElement("code") : document.createTextNode("");
    piece.textContent = part;
    reply.append(piece);
  });
});

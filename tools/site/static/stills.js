// The still pictures of sliders, one at a time: a slider goes through the settings they were drawn for.
document.addEventListener("DOMContentLoaded", () => {
  const name = document.documentElement.lang === "ko" ? "설정" : "Settings";
  for (const cell of document.querySelectorAll(".cell.tag_stills .cell_output")) {
    const pictures = [...cell.querySelectorAll("img")];
    if (pictures.length < 2) continue;
    const settings = pictures.map((picture, k) => {
      const found = [...picture.alt.matchAll(/\(([^()]* = [^()]*)\)/g)].pop();
      return found ? found[1] : String(k + 1);
    });
    const slider = document.createElement("input");
    Object.assign(slider, { type: "range", min: 0, max: pictures.length - 1, value: 0 });
    slider.setAttribute("aria-label", name);
    const words = document.createElement("output");
    const show = () => {
      pictures.forEach((picture, k) => (picture.hidden = k !== Number(slider.value)));
      words.textContent = settings[slider.value];
      slider.setAttribute("aria-valuetext", settings[slider.value]);
    };
    slider.addEventListener("input", show);
    const row = document.createElement("div");
    row.className = "stills";
    row.append(slider, words);
    pictures[0].before(row);
    show();
  }
});

// One sound plays at a time; choosing another of the same call goes on at the same moment.
for (const bands of document.querySelectorAll(".bands")) {
  const seconds = Number(bands.dataset.seconds);
  let at = 0;

  const rows = [...bands.querySelectorAll(".band")].map((row) => ({
    row,
    audio: row.querySelector("audio"),
    button: row.querySelector("button"),
    picture: row.querySelector(".picture"),
    head: row.querySelector(".head"),
  }));

  const draw = () => {
    const live = rows.find(({ audio }) => !audio.paused);
    if (live) at = live.audio.currentTime;
    for (const { head } of rows) head.style.left = `${Math.min(100, (100 * at) / seconds)}%`;
    if (live) requestAnimationFrame(draw);
  };

  for (const { audio, button, picture } of rows) {
    const play = (from) => {
      for (const other of document.querySelectorAll("audio")) if (other !== audio) other.pause();
      audio.currentTime = from >= seconds - 0.05 ? 0 : from;
      audio.play();
    };
    button.addEventListener("click", () => (audio.paused ? play(at) : audio.pause()));
    picture.addEventListener("click", (event) => {
      const box = picture.getBoundingClientRect();
      play((seconds * (event.clientX - box.left)) / box.width);
    });
    audio.addEventListener("play", () => {
      button.setAttribute("aria-pressed", "true");
      bands.classList.add("playing");
      draw();
    });
    audio.addEventListener("pause", () => button.setAttribute("aria-pressed", "false"));
    audio.addEventListener("ended", () => { at = 0; draw(); });
  }
}

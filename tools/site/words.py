"""What the pages themselves say, in each language; the rest is in lessons and templates."""

LANGUAGES = ("en", "ko")

WORDS = {
    "en": {
        "title": "Deep learning, built by hand",
        "setup": "The first cell of every lesson makes things ready",
        "search": "Search",
        "old": "That is more than {days} days ago: newer versions may behave differently.",
        "mnist_sample": "Is it a 3 or a 7?",
        "mnist": "Which of the ten digits is it?",
        "cifar10": "Which of ten things is on this photograph?",
        "other": "한국어",
        "writers": "The authors of the lessons",
        "about": "Lessons in which you build deep learning yourself, cell by cell, as they ran: "
        "every figure was computed by the code above it. To run them and to have your answers "
        "checked, open them in Jupyter.",
        "licence": "The code is under the MIT License, the text under CC BY 4.0.",
        "questions": "**Five questions.**",
        "choose": "Answer aloud, then choose. Each choice says what is right or wrong with it.",
        "right": "Right.",
        "wrong": "No.",
        "answer": "The answer in the lesson's words",
    },
    "ko": {
        "title": "직접 만들며 배우는 딥러닝",
        "setup": "모든 강의 첫 번째 셀은 준비만 합니다",
        "search": "검색",
        "old": "{days}일이 넘게 지났습니다. 더 새로운 버전에서는 다르게 동작할 수 있습니다.",
        "mnist_sample": "3일까요, 7일까요?",
        "mnist": "열 가지 숫자 가운데 무엇일까요?",
        "cifar10": "사진에 있는 것은 열 가지 가운데 무엇일까요?",
        "other": "English",
        "writers": "강의를 쓴 사람들",
        "about": "셀을 하나씩 채우며 딥러닝을 직접 만들어 보는 강의를 실행된 그대로 담았습니다. "
        "모든 수치는 바로 위의 코드가 계산했습니다. 직접 실행하고 답을 확인받으려면 Jupyter에서 "
        "여세요.",
        "licence": "코드는 MIT 라이선스, 글은 CC BY 4.0을 따릅니다.",
        "questions": "**질문 다섯 가지.**",
        "choose": "소리 내어 답한 다음 골라 보세요. 고르면 왜 맞는지, 왜 틀렸는지 알려 줍니다.",
        "right": "정답입니다.",
        "wrong": "아닙니다.",
        "answer": "강의에 나온 답 보기",
    },
}


def say(lang: str, key: str) -> str:
    """The words for a key; the key itself where there are none.

    Example:
        >>> say("ko", "search"), say("ko", "a_new_set")
        ('검색', 'a_new_set')
    """
    return WORDS[lang].get(key, key)

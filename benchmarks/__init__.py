"""What is measured, and proved, outside the lessons.

====================  ============================================================================
``mnist_3_versus_7``  the trainings of lessons 03 and 04, against three other ways of the same work
``cifar10``           lesson 08's network, as the notes train it and with ``helpers``
``cifar10_fast``      how far lesson 10's ``fit_fast`` gets in a given time
``mnist_5s``          99 % of the test digits in five seconds
``record``            the open CPU record, as one file that needs torch alone
``paired``            which parts of lesson 10's recipe are worth having, on paired seeds
``steps``             what a cheaper way of doing the same saves of a step
``operators``         what a function asks of the device, counted instead of timed
``data``              how long it takes to get the images
``full_lessons``      lessons 08 to 10 on all images, on a processor
``gpu``               all that is measured on a GPU: ``make gpu``
``results``           raw figures of runs that cannot be repeated everywhere
====================  ============================================================================
"""

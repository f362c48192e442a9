/* Dates and times through datetime.h: its macros read the objects' memory, its functions come from a capsule. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <datetime.h>

static PyObject *fields(PyObject *module, PyObject *object)
{
    if (PyDateTime_Check(object))
        return Py_BuildValue(
            "siiiiiiiiO", PyDateTime_CheckExact(object) ? "datetime" : "its subclass", PyDateTime_GET_YEAR(object),
            PyDateTime_GET_MONTH(object), PyDateTime_GET_DAY(object), PyDateTime_DATE_GET_HOUR(object),
            PyDateTime_DATE_GET_MINUTE(object), PyDateTime_DATE_GET_SECOND(object),
            PyDateTime_DATE_GET_MICROSECOND(object), PyDateTime_DATE_GET_FOLD(object),
            ((PyDateTime_DateTime *)object)->hastzinfo ? ((PyDateTime_DateTime *)object)->tzinfo : Py_None);
    if (PyDate_Check(object))
        return Py_BuildValue("siii", "date", PyDateTime_GET_YEAR(object), PyDateTime_GET_MONTH(object),
                             PyDateTime_GET_DAY(object));
    if (PyTime_Check(object))
        return Py_BuildValue("siiiiiO", "time", PyDateTime_TIME_GET_HOUR(object), PyDateTime_TIME_GET_MINUTE(object),
                             PyDateTime_TIME_GET_SECOND(object), PyDateTime_TIME_GET_MICROSECOND(object),
                             PyDateTime_TIME_GET_FOLD(object),
                             ((PyDateTime_Time *)object)->hastzinfo ? ((PyDateTime_Time *)object)->tzinfo : Py_None);
    if (PyDelta_Check(object))
        return Py_BuildValue("siii", "timedelta", PyDateTime_DELTA_GET_DAYS(object),
                             PyDateTime_DELTA_GET_SECONDS(object), PyDateTime_DELTA_GET_MICROSECONDS(object));
    if (PyTZInfo_Check(object))
        return PyUnicode_FromString("tzinfo");
    Py_RETURN_NONE;
}

static PyObject *build(PyObject *module, PyObject *args)
{
    int year;
    if (!PyArg_ParseTuple(args, "i", &year))
        return NULL;
    PyObject *hour = PyDelta_FromDSU(0, 3600, 0);
    PyObject *zone = hour ? PyTimeZone_FromOffset(hour) : NULL;
    PyObject *since = Py_BuildValue("(i)", 0);
    PyObject *result = NULL;
    if (zone && since)
        result = Py_BuildValue(
            "NNNNNN", PyDate_FromDate(year, 2, 3), PyDateTime_FromDateAndTimeAndFold(year, 2, 3, 4, 5, 6, 7, 1),
            PyTime_FromTime(1, 2, 3, 4),
            PyDateTimeAPI->DateTime_FromDateAndTime(year, 1, 1, 0, 0, 0, 0, zone, PyDateTimeAPI->DateTimeType),
            PyDate_FromTimestamp(since), Py_BuildValue("O", PyDateTime_TimeZone_UTC));
    Py_XDECREF(hour);
    Py_XDECREF(zone);
    Py_XDECREF(since);
    return result;
}

static PyMethodDef methods[] = {
    {"fields", fields, METH_O, NULL},
    {"build", build, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "dates", .m_size = -1, .m_methods = methods,
};

PyMODINIT_FUNC PyInit_dates(void)
{
    PyDateTime_IMPORT;
    if (PyDateTimeAPI == NULL)
        return NULL;
    return PyModule_Create(&definition);
}
